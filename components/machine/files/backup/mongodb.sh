# As whom MongoDB's tools log in: what the public images are told, by a file that nobody else sees and no argument.
user=${MONGO_INITDB_ROOT_USERNAME:-}
if [ -n "${MONGO_INITDB_ROOT_USERNAME_FILE:-}" ]; then user=$(cat "$MONGO_INITDB_ROOT_USERNAME_FILE"); fi
password=${MONGO_INITDB_ROOT_PASSWORD:-}
if [ -n "${MONGO_INITDB_ROOT_PASSWORD_FILE:-}" ]; then password=$(cat "$MONGO_INITDB_ROOT_PASSWORD_FILE"); fi
tool() {
  if [ -z "$user" ]; then "$@"; return; fi
  "$@" --username "$user" --authenticationDatabase admin --config /dev/fd/3 3<<CONFIG
password: '$(printf %s "$password" | sed "s/'/''/g")'
CONFIG
}
