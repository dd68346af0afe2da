# The libraries, all from the distribution (see `setup` in ./dev for the package names).
# All are SYSTEM includes: our warnings are for our code.

find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)

# The packaged config of prometheus-cpp also asks for the libraries of its pull and push parts,
# and lz4 has none: by name, then.
function(duet_find_library target header library)
    find_path(${target}_INCLUDE ${header} REQUIRED)
    find_library(${target}_LIBRARY ${library} REQUIRED)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE "${${target}_INCLUDE}")
    target_link_libraries(${target} INTERFACE "${${target}_LIBRARY}")
    mark_as_advanced(${target}_INCLUDE ${target}_LIBRARY)
endfunction()

duet_find_library(duet_lz4 lz4.h lz4)
duet_find_library(duet_prometheus prometheus/registry.h prometheus-cpp-core)

find_package(GTest REQUIRED)
# Header and library, since not every package of rapidcheck has a usable config.
find_path(RAPIDCHECK_INCLUDE rapidcheck.h)
find_library(RAPIDCHECK_LIBRARY rapidcheck)
add_library(duet_gtest INTERFACE)
target_link_libraries(duet_gtest INTERFACE GTest::gmock GTest::gtest GTest::gtest_main)
if(RAPIDCHECK_INCLUDE AND RAPIDCHECK_LIBRARY)
    target_include_directories(duet_gtest SYSTEM INTERFACE "${RAPIDCHECK_INCLUDE}")
    target_link_libraries(duet_gtest INTERFACE "${RAPIDCHECK_LIBRARY}")
    target_compile_definitions(duet_gtest INTERFACE DUET_HAS_RAPIDCHECK=1)
endif()

