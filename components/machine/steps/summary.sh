# shellcheck shell=bash
trap - ERR
if [ "$CHECK" = yes ]; then
  printf 'berth: %s differ, %s failed, %s notes\n' "$changed" "$failures" "$notes"
else
  printf 'berth: %s changed, %s failed, %s notes\n' "$changed" "$failures" "$notes"
fi
if [ "$failures" -gt 0 ]; then exit 1; fi
if [ "$CHECK" = yes ] && [ "$changed" -gt 0 ]; then exit 2; fi
exit 0
