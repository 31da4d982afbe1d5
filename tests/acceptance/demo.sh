#!/bin/sh
# The main job, for real: the vendor's Starter Plan of October 2025 and its change of February 2026, on the embedded
# engine. Works on a copy of that package and of all references in .demo (or the folder given), and stops at the first
# thing that is not as it should be.
#
#   make demo
#   sh tests/acceptance/demo.sh [FOLDER]

set -eu

repository=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
folder=${1:-$repository/.demo}

heading() {
	printf '\n== %s\n' "$1"
}

# Print a command as one would type it.
show() {
	printf '\n$'
	for word; do
		case $word in
		*' '*) printf ' "%s"' "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
}

# Print a command, then run it.
run() {
	show "$@"
	"$@"
}

fail() {
	printf '\ndemo: %s\n' "$1" >&2
	exit 1
}

# Run a command and demand that its output holds a text; both streams, in the order in which a terminal shows them.
expect() {
	wanted=$1
	shift
	show "$@"
	"$@" >"$folder/said" 2>&1 || { code=$?; cat "$folder/said"; fail "exit code $code"; }
	cat "$folder/said"
	grep -qF -- "$wanted" "$folder/said" || fail "the output lacks: $wanted"
}

case $folder in
"$repository" | / | "$HOME") fail "will not work in $folder" ;;
esac
# Nothing of the caller's may decide what the demo shows.
unset PKGPLAN_CATALOG PKGPLAN_ENV
export NO_COLOR=1
rm -rf "$folder/catalog"
mkdir -p "$folder/catalog/packages"
cp "$repository/catalog/pkgplan.yaml" "$folder/catalog/"
cp "$repository/catalog/packages/starter.yaml" "$folder/catalog/packages/"
cp -R "$repository/catalog/references" "$folder/catalog/"
cd "$folder"

heading "The Starter Plan of October 2025, as a file"
run cat catalog/packages/starter.yaml

heading "Is the catalog sound?"
expect "The catalog is sound" pkgplan validate

heading "What would an apply do, in September 2025?"
expect "Plan: 1 to create, 0 to archive, 0 alias windows moved." pkgplan plan --as-of 2025-09-15

heading "Do it"
expect "starter@1 created" pkgplan apply --as-of 2025-09-15 --yes

heading "February 2026: new customers get no credit any more. Somebody edits the file"
cp catalog/packages/starter.yaml before.yaml
sed -e '/^  recurring_credits:/,/^  subscriptions:/{' -e '/^  subscriptions:/!d' -e '}' \
	-e 's/October 2025$/February 2026/' \
	-e 's/starting_at: 2025-10-01$/starting_at: 2026-02-01/' before.yaml >catalog/packages/starter.yaml
run diff before.yaml catalog/packages/starter.yaml && fail "the edit changed nothing"

heading "What would that do, in January 2026?"
expect "starter@1   2025-10-01 .. 2026-02-01   was open-ended; cut by this create" pkgplan plan --as-of 2026-01-15
grep -qF "starter@1 -> starter@2" said || fail "the plan does not show starter@2"
grep -qF "Plan: 1 to create, 0 to archive, 1 alias window moved." said || fail "the plan has another summary"

heading "Do it"
expect "starter@2 created" pkgplan apply --as-of 2026-01-15 --yes

heading "Who is behind the alias, a second before the change and at it?"
expect "starter@1" pkgplan alias resolve "Starter Plan" --at 2026-01-31T23:59:59Z
expect "starter@2" pkgplan alias resolve "Starter Plan" --at 2026-02-01T00:00:00Z
expect "starter@1" pkgplan alias resolve "Starter Plan" --at 2026-01-31T23:59:59Z --live
expect "starter@2" pkgplan alias resolve "Starter Plan" --at 2026-02-01T00:00:00Z --live

heading "Is anything left to do? (exit code 10 would say so)"
expect "No changes." pkgplan plan --as-of 2026-01-15 --detailed-exitcode

heading "What was done"
expect "starter@2" pkgplan history

printf '\nThe demo is over; its catalog is in %s\n' "$folder"
