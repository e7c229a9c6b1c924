# A job whose tests could not be started is not one whose tests passed: its plugin then goes on with nothing but a
# line in the log. Given: $tests, the variable in which it leaves the result of the tests that it waited for.

[ "${!tests:-}" = SUCCESS ] || fail "the tests of $GIT_COMMIT did not pass (result: ${!tests:-none}); nothing was done"
