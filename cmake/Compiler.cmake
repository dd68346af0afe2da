# Language, warnings, sanitizers and ccache: what every target of ours is compiled with.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # base_dir and no hash of the build directory: two build directories share their objects.
    set(CMAKE_CXX_COMPILER_LAUNCHER env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        "${CCACHE}")
endif()

# Linking a dozen test programs with bfd costs more than compiling them from a warm cache.
find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)

# Errors where we know what the compiler warns of; another one's new warnings are not the user's
# problem.
set(werror OFF)
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17))
    set(werror ON)
endif()
option(DUET_WERROR "Treat warnings in our own code as errors" ${werror})

# Warnings and the definitions that must be the same in every object: Asio is compiled once, in
# src/net/asio.cpp; an object built without this definition would bring a second copy of it.
add_library(duet_compile INTERFACE)
target_compile_definitions(duet_compile INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED)
target_compile_options(duet_compile INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(DUET_WERROR)
    target_compile_options(duet_compile INTERFACE -Werror)
endif()
target_include_directories(duet_compile INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(duet_compile INTERFACE Threads::Threads)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC takes the delete of a coroutine's frame, once inlined, for one that does not match its new.
    # It also asks a designated initialiser for every member, defaults or not; clang does not.
    # And simdjson's iterators, once inlined, for pointers to temporaries (GCC 12; clang sees none).
    target_compile_options(duet_compile INTERFACE -Wno-mismatched-new-delete -Wno-dangling-pointer
                                                  -Wno-missing-field-initializers)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
endif()

if(DUET_SANITIZE)
    add_compile_options("-fsanitize=${DUET_SANITIZE}" -fno-omit-frame-pointer)
    add_link_options("-fsanitize=${DUET_SANITIZE}")
    if(DUET_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        if(DUET_SANITIZE MATCHES "undefined")
            # These three more than double GCC's time to compile. A null pointer ends the program
            # anyway, and preset asan-clang has them all.
            add_compile_options(-fno-sanitize=null,alignment,vptr)
        endif()
        # With sanitizers GCC sees uninitialised values in its own instrumentation.
        add_compile_options(-Wno-maybe-uninitialized)
        if(DUET_SANITIZE MATCHES "thread")
            add_compile_options(-Wno-tsan) # Asio's fences, which TSan does not model
        endif()
    endif()
endif()

if(DUET_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
