# cmake -D PROGRAM=… -D EXPECTED=… [-D ANY_DIGITS=ON] -P check_output.cmake: the program must succeed and print what the
# file says, with ANY_DIGITS but for the digits, which depend on the CPU.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${EXPECTED} expected)
if(ANY_DIGITS)
  string(REGEX REPLACE "[0-9]" "0" printed "${printed}")
  string(REGEX REPLACE "[0-9]" "0" expected "${expected}")
endif()
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} printed\n${printed}\nbut ${EXPECTED} says\n${expected}")
endif()
