/** Backs up, and reads the backup's index back before anything depends on it. */
export const backupScript = (holdfast: string): string => `
if [[ -z "$HOLDFAST_KEY_FILE" ]]; then unset HOLDFAST_KEY_FILE; fi
if [[ -z "$HOLDFAST_PASSPHRASE" ]]; then unset HOLDFAST_PASSPHRASE; fi
${holdfast} backup create --tag "release=$VERSION" --note "Before release $VERSION" --json
${holdfast} backup verify --json
`;

/** Makes the release, or leaves one that is there: a job that is run again goes on where the last one stopped. */
export const createScript = (holdfast: string): string => `
options=(-v "$VERSION")
if [[ -n "$NOTES" ]]; then options+=(-n "$NOTES"); fi
if [[ -n "$CHANNEL" ]]; then options+=(--channel "$CHANNEL"); fi
# What is before the build metadata says whether it is a pre-release.
if [[ "\${VERSION%%+*}" == *-* ]]; then options+=(--pre-release); fi
code=0
${holdfast} release info "$VERSION" --json || code=$?
if [[ "$code" == 0 ]]; then
  echo "::notice title=Release::$VERSION has been made before: going on with it."
elif [[ "$DRY_RUN" == true ]]; then
  ${holdfast} release create "\${options[@]}" --dry-run --json
elif [[ "$code" == 4 ]]; then # not found
  git config user.name 'github-actions[bot]'
  git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
  ${holdfast} release create "\${options[@]}" --json
else
  exit "$code"
fi
`;

/** Proves the release, and writes what goes to GitHub. */
export const exportScript = (holdfast: string): string => `
files="$RUNNER_TEMP/holdfast-release"
rm -rf -- "$files"
${holdfast} release verify "$VERSION" --json
${holdfast} release export "$VERSION" --to "$files" --json
tag=$(jq -er .tag "$files/release.json")
git check-ref-format "refs/tags/$tag"
{
  echo "files=$files"
  echo "tag=$tag"
} >> "$GITHUB_OUTPUT"
`;
