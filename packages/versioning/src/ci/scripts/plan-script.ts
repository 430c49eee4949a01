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
plan="$RUNNER_TEMP/holdfast-plan.txt"
echo 'Asked for by its version.' > "$plan"
if [[ -z "$VERSION" ]]; then
  if ! ${holdfast} release plan "\${options[@]}" --json > "$plan.json"; then
    jq -r '"::error title=Plan::\\(.error.message)"' "$plan.json"
    exit 1
  fi
  VERSION=$(jq -r '.version // .release.version // ""' "$plan.json")
  if [[ ! "$VERSION" =~ $exact ]]; then
    echo '::error title=Plan::Expected a plan with a version.'
    exit 1
  fi
  ${holdfast} release plan "\${options[@]}" > "$plan"
fi
{
  echo "## Release $VERSION"
  echo
  # Indented, as a message of a commit may hold whatever ends a fence.
  sed 's/^/    /' "$plan"
} >> "$GITHUB_STEP_SUMMARY"
{
  echo "version=$VERSION"
  echo "commit=$(git rev-parse HEAD)"
} >> "$GITHUB_OUTPUT"
`;

/** Shows what a release would be, and is content when it would be none. */
export const previewScript = (holdfast: string): string => `
if [[ -n "$GITHUB_BASE_REF" ]]; then
  # A pull request as it will be on its branch: releases are planned on one.
  git switch --quiet --force-create "$GITHUB_BASE_REF"
fi
plan="$RUNNER_TEMP/holdfast-plan.json"
code=0
${holdfast} release plan --json > "$plan" || code=$?
{
  echo '## Release plan'
  echo
  if [[ "$code" == 0 ]]; then
    # Indented, as a message of a commit may hold whatever ends a fence.
    ${holdfast} release plan | sed 's/^/    /'
  else
    jq -r '"    " + .error.message' "$plan"
  fi
} >> "$GITHUB_STEP_SUMMARY"
if [[ "$code" != 0 && "$(jq -r .error.code "$plan")" != NOTHING_TO_RELEASE ]]; then
  cat "$plan"
  exit "$code"
fi
`;
