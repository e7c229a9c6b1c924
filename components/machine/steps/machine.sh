# shellcheck shell=bash
distribution=
while IFS='=' read -r name value; do
  value=${value//\"/}
  case $name in
    ID) distribution="$value$distribution" ;;
    VERSION_ID) distribution+=" $value" ;;
  esac
done </etc/os-release
if [ -z "${COMPOSE_PACKAGES["$distribution"]:-}" ] && [ "$MADE_BY_BERTH" = yes ]; then
  stop "operating system" "$distribution is not supported; supported: ${!COMPOSE_PACKAGES[*]}"
fi
read_accounts
ensure_directory /etc/berth root:root 755
ensure_file /etc/berth/owner root:root 644 "$OWNER"$'\n'
