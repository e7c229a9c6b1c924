# Merges what passed its tests into the branch of production, which its own job then tests and delivers (R58). Never
# forced: what others pushed meanwhile stays, and the next run merges. Given: $from, $into. Of Jenkins: $GIT_COMMIT.

export GIT_SSH_COMMAND='ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no'
git fetch -q origin "+refs/heads/$into:refs/remotes/origin/$into" || fail "$into could not be fetched"
if git merge-base --is-ancestor "$GIT_COMMIT" "refs/remotes/origin/$into"; then
  echo "$into has all of $from (${GIT_COMMIT:0:12}); there is nothing to release"
  exit 0
fi
git checkout -q --force --detach "refs/remotes/origin/$into" --
if ! git -c user.name='Weekly release' -c user.email='weekly-release@localhost' \
  merge -q --no-ff --no-edit -m "Merge $from into $into: the weekly release" "$GIT_COMMIT"; then
  conflicts=$(git diff --name-only --diff-filter=U)
  git merge --abort || true
  fail "$from does not merge into $into by itself; merge it by hand. In conflict: ${conflicts:-nothing that git names}"
fi
git push -q origin "HEAD:refs/heads/$into" || fail "$into was not pushed; if somebody pushed meanwhile, run this job again"
echo "merged $from (${GIT_COMMIT:0:12}) into $into as $(git rev-parse --short=12 HEAD)"
