# Packages of the distribution; scripts/install-packages.sh installs them.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)

set(FIVER_CODEC_LIBRARIES)
foreach(package libhwy libdeflate liblz4 libzstd libaec blosc zfp charls)
  pkg_check_modules(${package} QUIET IMPORTED_TARGET ${package})
  if(${package}_FOUND)
    list(APPEND FIVER_CODEC_LIBRARIES PkgConfig::${package})
  endif()
endforeach()
foreach(name aec blosc zfp bz2)  # no pkg-config file in Debian 12
  if(NOT TARGET PkgConfig::${name} AND NOT TARGET PkgConfig::lib${name})
    find_library(FIVER_LIB_${name} NAMES ${name} REQUIRED)
    list(APPEND FIVER_CODEC_LIBRARIES ${FIVER_LIB_${name}})
  endif()
endforeach()
list(APPEND FIVER_CODEC_LIBRARIES ${CMAKE_DL_LIBS})

# The bit transposition keeps its registers only when its loops are unrolled whole: 3 times slower at -O1 and -O2.
set_source_files_properties(src/codecs/bit_transpose.cpp src/codecs/bit_transpose_gfni.cpp PROPERTIES COMPILE_OPTIONS -O3)

# Blosc 2 is in no package of the distribution. scripts/fetch-blosc2.sh takes it from the wheel; it is opened when first needed: by its
# path, or, in a wheel of our own, beside our library.
if(SKBUILD)
  set(FIVER_BLOSC2_FOLDER "${PROJECT_SOURCE_DIR}/build/blosc2")
  set(FIVER_BLOSC2_LIBRARY "libblosc2.so")
else()
  set(FIVER_BLOSC2_LIBRARY "${PROJECT_BINARY_DIR}/../blosc2/libblosc2.so" CACHE FILEPATH "The library of Blosc 2")
  cmake_path(NORMAL_PATH FIVER_BLOSC2_LIBRARY)
endif()
set_source_files_properties(src/codecs/blosc2_library.cpp PROPERTIES
                            COMPILE_DEFINITIONS "FIVER_BLOSC2_LIBRARY=\"${FIVER_BLOSC2_LIBRARY}\"")

if(FIVER_TESTS)
  find_package(GTest REQUIRED)
  # Compiling the tests takes most of the time of a whole run; their own speed matters little.
  set(FIVER_TEST_OPTIONS -O1)
  if(FIVER_SANITIZE)
    set(FIVER_TEST_OPTIONS -O0)
    # But for models that take minutes then.
    set_source_files_properties(src/meta/space_test.cpp src/select/mapping_test.cpp PROPERTIES COMPILE_OPTIONS -O1)
  endif()
endif()
