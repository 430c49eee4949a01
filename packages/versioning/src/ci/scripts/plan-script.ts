/**
 * Decides on the version, and shows the plan. `$VERSION`, `$BUMP` and `$CHANNEL` come from outside: they are checked before anything
 * is called with them, and what is written to `$GITHUB_OUTPUT` can't have a line end in it.
 */
export const planScript = (holdfast: string): string => `
exact='^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$'
if [[ -n "$VERSION" && ! "$VERSION" =~ $exact ]]; then
  echo '::error title=Version::Expected a version as 1.2.3, or none for the one that the commits ask for.'
  exit 1
fi
if [[ -n "$CHANNEL" && ! "$CHANNEL" =~ ^[A-Za-z][0-9A-Za-z-]*$ ]]; then
  echo '::error title=Channel::Expected a channel as beta: a letter, then letters, digits and hyphens.'
  exit 1
fi
options=()
if [[ -n "$CHANNEL" ]]; then options+=(--channel "$CHANNEL"); fi
case "$BUMP" in
  auto | '') ;;
  patch | minor | major) options+=(--bump "$BUMP") ;;
  *)
    echo '::error title=Bump::Expected auto, patch, minor or major.'
    exit 1
    ;;
esac
plan="$RUNNER_TEMP/holdfast-plan.json"
if [[ -z "$VERSION" ]]; then
  ${holdfast} release plan "\${options[@]}" --json > "$plan"
  VERSION=$(jq -r '.version // ""' "$plan")
  if [[ ! "$VERSION" =~ $exact ]]; then
    echo '::error title=Version::Expected commits that ask for a release, got none. Name a version to make one all the same.'
    exit 1
  fi
fi
{
  echo "## Release $VERSION"
  echo
  # Indented, as a message of a commit may hold whatever ends a fence.
  ${holdfast} release plan "\${options[@]}" | sed 's/^/    /'
} >> "$GITHUB_STEP_SUMMARY"
{
  echo "version=$VERSION"
  echo "commit=$(git rev-parse HEAD)"
} >> "$GITHUB_OUTPUT"
`;
