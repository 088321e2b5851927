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

if(FIVER_TESTS)
  find_package(GTest REQUIRED)
endif()
