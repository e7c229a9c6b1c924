# Tells Slack how a project's job ended, by a clone of its own of that project's commits (R50). What was told of each job
# before is kept beside, so that a repetition is not told again. Given: $places, three words for each job: its name, its
# project and the repository. Of Jenkins: $TOLD_JOB, $TOLD_RESULT, $TOLD_COMMIT, $TOLD_FOR, $TOLD_URL.

if [ -n "${TOLD_FOR:-}" ]; then
  echo "tests that another job waits for are told by that one"
  exit 0
fi
slug=
for ((i = 0; i < ${#places[@]}; i += 3)); do
  if [ "${places[i]}" = "${TOLD_JOB:-}" ]; then
    slug=${places[i + 1]}
    repository=${places[i + 2]}
  fi
done
[ -n "$slug" ] || fail "TOLD_JOB: ${TOLD_JOB@Q} is no job that the stack files declare"
[[ ${TOLD_COMMIT:-} =~ ^[0-9a-f]{40}$ ]] || fail "$TOLD_JOB could not check out its commit, and nobody knows whose it is: ${TOLD_URL:-}"

export GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no'
mkdir -p .told
clone=$PWD/.told/$slug.git
[ -d "$clone" ] || git init -q --bare "$clone"
git -C "$clone" fetch -q --no-tags "$repository" '+refs/heads/*:refs/heads/*' || fail "$slug: its commits could not be fetched"
npm ci --no-progress --silent
npm run --silent berth -- notify --job "$TOLD_JOB" --result "$TOLD_RESULT" --commit "$TOLD_COMMIT" \
  --memory .told/memory.json --repository "$clone" --url "$TOLD_URL"
