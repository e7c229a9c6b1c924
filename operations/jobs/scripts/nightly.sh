# Looks at the whole fleet. Every step runs, whatever became of the one before; what the board finds is told by its
# digest, and the run fails where something could not be looked at or a check found a difference. Changes nothing but
# copies of the state, and what drills write and prune. Given: $job, $stacks, $sentry, $state. Of Jenkins: $GIT_COMMIT,
# $BUILD_URL.

mkdir -p .told
rm -f board.html
npm ci --no-progress --silent
failed=()
step() {
  local name=$1 status=0
  shift
  echo "== $name"
  "$@" || status=$?
  [ "$status" -eq 0 ] || failed+=("$name ($status)")
}
berth() { npm run --silent berth -- "$@"; }

step "the board" berth board --html board.html --digest --alerts .told/alerts.json
step "drift on machines" berth converge --check
for stack in "${stacks[@]}"; do
  step "what pulumi up would change in $stack" pulumi preview --stack "$stack" --expect-no-changes --non-interactive
done
if [ -n "$state" ]; then step "a copy of the state" berth backup --state; fi
# A drill takes its time and is due once a week (R34).
if [ "$(date -u +%u)" = 7 ]; then
  step "drills" berth drill
  if [ -n "$state" ]; then step "the drill of the state" berth drill --state; fi
fi
step "proofs of backups" berth drill --report --memory .told/backups.json
if [ -d jenkins ]; then step "files of jobs" berth jobs --check jenkins; fi
if [ -n "$sentry" ]; then step "Sentry" berth sentry --check; fi

result=success
[ ${#failed[@]} -eq 0 ] || result=failure
if [ -n "$sentry" ]; then
  said=ok
  [ $result = success ] || said=failed
  step "reports to Sentry" berth sentry --report "$said"
  [ ${#failed[@]} -eq 0 ] || result=failure
fi
step "Slack" berth notify --job "$job" --result "$result" --commit "$GIT_COMMIT" --memory .told/memory.json --url "${BUILD_URL:-}"
if [ ${#failed[@]} -gt 0 ]; then
  printf '! %s\n' "${failed[@]}" >&2
  fail "not all of it went well"
fi
