# Test programs. Each is one target (`ninja unit_cql`); `ninja tests_unit` builds those of a kind
# and `ninja tests` all.
#
# ctest asks a program for its tests when it runs (PRE_TEST), so building one does not run it,
# and a failing test is named in the summary rather than the program it is in.

include(GoogleTest)

add_custom_target(tests)
foreach(kind IN LISTS DUET_TESTS)
    add_custom_target(tests_${kind})
    add_dependencies(tests tests_${kind})
endforeach()

# duet_test(<target> KIND <label> SOURCES <files> LINKS <libraries> [TIMEOUT s] [SERIAL])
function(duet_test target)
    cmake_parse_arguments(TEST "SERIAL" "KIND;TIMEOUT" "SOURCES;LINKS" ${ARGN})
    if(NOT TEST_SOURCES OR NOT TEST_KIND IN_LIST DUET_TESTS)
        return()
    endif()
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 120)
    endif()
    add_executable(${target} ${TEST_SOURCES})
    target_link_libraries(${target} PRIVATE ${TEST_LINKS} duet_gtest)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${target} PRIVATE DUET_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(DUET_SANITIZE)
        # A test's own code is no hot path, and compiles in two thirds of the time.
        target_compile_options(${target} PRIVATE -O0)
    endif()
    add_dependencies(tests_${TEST_KIND} ${target})

    set(properties LABELS ${TEST_KIND} TIMEOUT ${TEST_TIMEOUT}
        ENVIRONMENT UBSAN_OPTIONS=print_stacktrace=1)
    if(TEST_SERIAL)
        list(APPEND properties RUN_SERIAL TRUE)
    endif()
    gtest_discover_tests(${target}
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        TEST_PREFIX "${target}."
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        PROPERTIES ${properties})
endfunction()

# duet_test_library(<target> FOLDER <under tests/> LINKS <libraries>): what several tests share.
function(duet_test_library target)
    cmake_parse_arguments(LIB "" "FOLDER" "LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${LIB_FOLDER}/*.cpp")
    if(sources)
        add_library(${target} STATIC EXCLUDE_FROM_ALL ${sources})
        target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/tests")
        target_link_libraries(${target} PUBLIC ${LIB_LINKS} duet_gtest)
    else()
        add_library(${target} INTERFACE)
        target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}/tests")
        target_link_libraries(${target} INTERFACE ${LIB_LINKS})
    endif()
endfunction()

# Programs of their own kind: duet_bench measures the real program, `duet`, against real servers,
# duet_micro the codecs alone. Their arithmetic and reports are a library, which the tests link.
function(duet_bench)
    set(reports figures plot report results statistics)
    list(TRANSFORM reports REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/bench/\\1.cpp")
    add_library(duet_bench_reports STATIC EXCLUDE_FROM_ALL ${reports})
    target_include_directories(duet_bench_reports PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(duet_bench_reports PUBLIC duet_base PRIVATE fmt::fmt Boost::json)

    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*.cpp")
    list(REMOVE_ITEM sources ${reports} "${PROJECT_SOURCE_DIR}/bench/micro.cpp")
    if(TARGET duet)
        add_executable(duet_bench EXCLUDE_FROM_ALL ${sources})
        target_link_libraries(duet_bench PRIVATE duet_bench_reports duet_app fmt::fmt Boost::json)
        add_dependencies(duet_bench duet)
    endif()

    # Only `./dev bench` installs it.
    find_package(benchmark QUIET)
    if(benchmark_FOUND)
        add_executable(duet_micro EXCLUDE_FROM_ALL
                       bench/micro.cpp bench/records.cpp)
        target_link_libraries(duet_micro PRIVATE duet_stores_cassandra duet_stores_elasticsearch
                              fmt::fmt benchmark::benchmark)
    endif()
endfunction()

# One program for each file in fuzz/: fuzz/cql.cpp is target fuzz_cql (`ninja fuzz` builds them all)
# and a test that begins with fuzz/corpus/cql and looks for more for DUET_FUZZ_SECONDS.
function(duet_fuzz_targets)
    add_custom_target(fuzz)
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/fuzz/*.cpp")
    foreach(source IN LISTS sources)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(fuzz_${name} EXCLUDE_FROM_ALL "${source}")
        target_link_libraries(fuzz_${name} PRIVATE
            duet_cql duet_elastic duet_journal duet_stores_cassandra duet_stores_elasticsearch
            Boost::json)
        target_include_directories(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        add_dependencies(fuzz fuzz_${name})
        set(found "${PROJECT_BINARY_DIR}/found/${name}")
        file(MAKE_DIRECTORY "${found}")
        add_test(NAME fuzz.${name}
            COMMAND "${PROJECT_SOURCE_DIR}/fuzz/run.sh" "$<TARGET_FILE:fuzz_${name}>" "${found}"
                    "${PROJECT_SOURCE_DIR}/fuzz/corpus/${name}")
        set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 900
            ENVIRONMENT UBSAN_OPTIONS=print_stacktrace=1)
    endforeach()
endfunction()
