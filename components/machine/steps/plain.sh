# shellcheck shell=bash
# What a machine says must reach the other end: one byte that is no text, or one line of 64 KiB, and
# the provider loses the result of a session that has done its work. So each line passes here. The
# last ones are waited for: sudo may end what its command leaves behind.
set -uo pipefail
exec 2> >(LC_ALL=C exec sed -u -e 's/[^[:print:][:blank:]]/?/g' -e 's/^\(.\{4000\}\).*/\1 (cut)/' >&2)
exec > >(LC_ALL=C exec sed -u -e 's/[^[:print:][:blank:]]/?/g' -e 's/^\(.\{4000\}\).*/\1 (cut)/')
filter=$!
trap 'exec >&- 2>&-; wait "$filter" || true' EXIT
