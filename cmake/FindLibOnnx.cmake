# Finds ONNX's messages and the protobuf library under them as libonnx::proto, by their headers: the package file that
# Debian ships refers to a library (libonnxifi) that Strata doesn't need. Strata uses it to build itself and installs it,
# since whoever links the static library needs it too.
find_path(LibOnnx_INCLUDE_DIR onnx/onnx-ml.pb.h)
find_path(LibOnnx_PROTOBUF_INCLUDE_DIR google/protobuf/message.h)
find_library(LibOnnx_LIBRARY onnx_proto)
find_library(LibOnnx_PROTOBUF_LIBRARY protobuf)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibOnnx
  REQUIRED_VARS LibOnnx_LIBRARY LibOnnx_INCLUDE_DIR LibOnnx_PROTOBUF_LIBRARY LibOnnx_PROTOBUF_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "on Debian and Ubuntu: apt-get install libonnx-dev libprotobuf-dev")
mark_as_advanced(LibOnnx_INCLUDE_DIR LibOnnx_LIBRARY LibOnnx_PROTOBUF_INCLUDE_DIR LibOnnx_PROTOBUF_LIBRARY)

# Only programs that export load them: the two take a process 4 ms and 3 MiB to start with.
if(LibOnnx_FOUND AND NOT TARGET libonnx::proto)
  set(LibOnnx_libraries ${LibOnnx_LIBRARY} ${LibOnnx_PROTOBUF_LIBRARY})
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(LibOnnx_libraries -Wl,--push-state,--as-needed ${LibOnnx_libraries} -Wl,--pop-state)
  endif()
  add_library(libonnx::proto INTERFACE IMPORTED)
  set_target_properties(libonnx::proto PROPERTIES
    INTERFACE_LINK_LIBRARIES "${LibOnnx_libraries}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibOnnx_INCLUDE_DIR};${LibOnnx_PROTOBUF_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx")  # as Debian builds it, and its headers expect
  unset(LibOnnx_libraries)
endif()
