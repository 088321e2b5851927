# Whose local names others have too, or whose types others can't see: where that is so of a new file, it is one more here.
set_source_files_properties(src/base/worker_pool.cpp src/format/free_space.cpp src/format/selection_encoding.cpp src/format/symbol_table.cpp
                            src/meta/btree2_update.cpp src/select/partition.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

# fiver_layer(NAME USES lower... LIBRARIES external...): the library target fiver_NAME of src/NAME/*.cpp, and, where there are
# src/NAME/*_test.cpp, the test program NAME_test. Files are found, not listed: a new structure is one new file.
function(fiver_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*_test.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()
  list(TRANSFORM LAYER_USES PREPEND fiver_)
  list(TRANSFORM LAYER_USES APPEND _headers OUTPUT_VARIABLE lower_headers)
  add_library(fiver_${name} INTERFACE)
  add_library(fiver_${name}_headers INTERFACE)
  target_include_directories(fiver_${name}_headers INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(fiver_${name}_headers INTERFACE ${lower_headers} ${LAYER_LIBRARIES})
  if(sources)
    # The archive serves the tests of the layers, the objects the one library that users link.
    add_library(fiver_${name}_objects OBJECT ${sources})
    target_link_libraries(fiver_${name}_objects PRIVATE fiver_${name}_headers)
    # Compiled several at a time, they take a third of the time. As users get them, each stands for itself.
    if(FIVER_SANITIZE AND NOT name STREQUAL codecs)
      set_target_properties(fiver_${name}_objects PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
      target_compile_options(fiver_${name}_objects PRIVATE -Wno-shadow)  # of one file's names by another's
    endif()
    add_library(fiver_${name}_archive STATIC $<TARGET_OBJECTS:fiver_${name}_objects>)
    set_target_properties(fiver_${name}_archive PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(fiver_${name}_archive INTERFACE ${LAYER_USES} ${LAYER_LIBRARIES})
    target_link_libraries(fiver_${name} INTERFACE fiver_${name}_archive)
  endif()
  target_link_libraries(fiver_${name} INTERFACE fiver_${name}_headers ${LAYER_USES})
  if(FIVER_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_compile_options(${name}_test PRIVATE ${FIVER_TEST_OPTIONS})
    target_link_libraries(${name}_test PRIVATE fiver_${name} GTest::gtest GTest::gtest_main)
    add_test(NAME unit/${name} COMMAND ${name}_test)
    set_tests_properties(unit/${name} PROPERTIES LABELS unit)
  endif()
endfunction()

# fiver_library(NAME layers...): the one library that users link, whole.
function(fiver_library target)
  add_library(${target} SHARED ${PROJECT_SOURCE_DIR}/cmake/version.cpp)
  add_library(fiver::${target} ALIAS ${target})
  foreach(layer ${ARGN})
    if(TARGET fiver_${layer}_objects)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:fiver_${layer}_objects>)
    endif()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:fiver_${layer}_headers>)
  endforeach()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:include>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # Its own functions are called without a detour: nobody replaces them.
  target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions)
  set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endfunction()
