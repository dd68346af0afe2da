# duet_layer(<name> [FOLDER <folder under src>] [DEPENDS <layers>] [USES <libraries>] [DEFINES <macros>])
#
# A folder under src/ is a layer is one static library, duet_<name>. DEPENDS is the order of the
# layers: it is what the layer test (tests/tidy/layers_test.py) holds the #includes against.
# A folder without sources yet is an INTERFACE library, so that everybody can link it already.
function(duet_layer name)
    cmake_parse_arguments(LAYER "" "FOLDER" "DEPENDS;USES;DEFINES" ${ARGN})
    if(NOT LAYER_FOLDER)
        set(LAYER_FOLDER ${name})
    endif()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${LAYER_FOLDER}/*.cpp")
    # main.cpp is the program; asio.cpp lies below all layers (see src/CMakeLists.txt).
    list(FILTER sources EXCLUDE REGEX "/src/(app/main|net/asio)\\.cpp$")

    list(TRANSFORM LAYER_DEPENDS PREPEND duet_)
    set(target duet_${name})
    if(sources)
        add_library(${target} STATIC ${sources})
        target_link_libraries(${target} PUBLIC duet_compile ${LAYER_DEPENDS} PRIVATE ${LAYER_USES})
        target_compile_definitions(${target} PRIVATE ${LAYER_DEFINES})
    else()
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE duet_compile ${LAYER_DEPENDS} ${LAYER_USES})
    endif()
endfunction()
