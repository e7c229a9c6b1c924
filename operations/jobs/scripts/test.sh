# Tests one commit: the service `test` of the project, by dc.test.yml, else by dc.dev.yml (R46). What it makes has
# the build's own name and goes at the end, so that builds side by side do not meet and nothing else is touched.
# Given: $slug. Of Jenkins: $GIT_COMMIT, $BUILD_NUMBER and, of the job that waits for these tests, $COMMIT.

commit=${COMMIT:-$GIT_COMMIT}
[[ $commit =~ ^[0-9a-f]{40}$ ]] || fail "COMMIT: ${commit@Q} is no whole commit; give its 40 digits, or nothing for the branch's newest"
git checkout -q --force --detach "$commit" -- || fail "$commit is no commit of this repository"

file=dc.test.yml
[ -f "$file" ] || file=dc.dev.yml
[ -f "$file" ] || fail "there is neither dc.test.yml nor dc.dev.yml, so nothing was tested"

compose() {
  docker compose -p "$slug-test-$BUILD_NUMBER" -f docker-compose.yml -f "$file" "$@" </dev/null
}

services=$(compose --profile '*' config --services) || fail "Compose does not read docker-compose.yml with $file"
grep -qx test <<<"$services" || fail "$file: no service is called test, so nothing was tested; add one that ends with 0 when all is well"

# shellcheck disable=SC2317,SC2329
clear_away() {
  compose --profile '*' down --volumes --remove-orphans --rmi local --timeout 10 >/dev/null 2>&1 || echo "what the tests made could not be removed" >&2
}
trap clear_away EXIT

echo "testing $commit by $file"
status=0
compose run --rm --build -T test || status=$?
if [ "$status" -ne 0 ]; then
  compose logs --no-color --tail 100 || true
  fail "the tests of $commit ended with $status"
fi
echo "the tests of $commit passed"
