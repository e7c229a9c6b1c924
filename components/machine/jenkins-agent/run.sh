# shellcheck shell=bash
# The agent of Jenkins on this machine: a container without rights, its secret in a volume of its own. A file and no
# argument: what a program is started with everybody on the machine reads.
set -uo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
secrets=berth-agent work=berth-agent-work

# failed WORDS...: says why, and ends.
failed() {
  printf 'agent: failed %s\n' "$(tr -cd ' -~' <<<"$*" | head -c 400)"
  exit 0
}

options=(--restart always --cap-drop ALL --security-opt no-new-privileges --memory 1g --pids-limit 512)
options+=(-v "$secrets:/run/agent:ro" -v "$work:/home/jenkins/agent")
arguments=(-url "$ADDRESS" -name "$NAME" -secret @/run/agent/secret -webSocket -workDir /home/jenkins/agent)
wanted=$(printf '%s\n' "$IMAGE" "${options[@]}" "${arguments[@]}" | sha256sum)
wanted=${wanted%% *}

if ! docker image inspect "$IMAGE" >/dev/null 2>&1; then
  said=$(timeout 900 docker pull -q "$IMAGE" 2>&1) || failed "the image $IMAGE cannot be had: $said"
fi
made=$(docker inspect -f '{{index .Config.Labels "berth.made"}} {{.State.Running}}' "$CONTAINER" 2>/dev/null)
# The variable is the shell's own; its text goes by a pipe.
kept=$(printf '%s' "$SECRET" | docker run --rm -i --network none --user 0 --entrypoint sh -v "$secrets:/run/agent" "$IMAGE" -c '
  umask 077
  cat >/run/agent/new || exit 1
  chown 1000:1000 /run/agent /run/agent/new || exit 1
  if cmp -s /run/agent/new /run/agent/secret; then rm /run/agent/new && echo same; else mv /run/agent/new /run/agent/secret; fi' 2>&1) ||
  failed "its secret could not be kept: $kept"
if [ "$made" = "$wanted true" ] && [ "$kept" = same ]; then
  echo 'agent: kept'
  exit 0
fi
docker rm -f "$CONTAINER" >/dev/null 2>&1
said=$(docker run -d --name "$CONTAINER" --pull never --label "berth.made=$wanted" "${options[@]}" "$IMAGE" "${arguments[@]}" 2>&1) || failed "it does not start: $said"
echo 'agent: made'
