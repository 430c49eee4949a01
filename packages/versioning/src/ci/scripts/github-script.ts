/**
 * Brings the tag, and the commit of the release where there is one, to GitHub: both or neither. What is there already is left. A tag
 * that is lost is not made again here: it names the release's manifest, and holdfast knows how.
 */
export const PUSH_SCRIPT: string = `
gh auth setup-git
if ! git rev-parse --quiet --verify "refs/tags/$TAG" > /dev/null &&
  ! git fetch --quiet origin "refs/tags/$TAG:refs/tags/$TAG"; then
  echo "::error title=Tag::Expected the tag $TAG of a release that has been made, got none. Run holdfast release resume, then this job again."
  exit 1
fi
refs=("refs/tags/$TAG")
if [[ "$(git rev-parse HEAD)" != "$COMMIT" ]]; then refs+=("HEAD:refs/heads/$GITHUB_REF_NAME"); fi
git push --atomic origin "\${refs[@]}"
`;

/**
 * Makes the release on GitHub: a draft first, which is published when everything is there. So nobody sees half of one, releases may be
 * immutable, and a job that is run again finishes the draft that it finds.
 */
export const GITHUB_RELEASE_SCRIPT: string = `
options=()
if [[ "\${VERSION%%+*}" == *-* ]]; then options+=(--prerelease); fi
mapfile -d '' -t files < <(find "$FILES" -type f ! -name notes.md -print0 | sort -z)
draft=$(gh release view "$TAG" --json isDraft --jq .isDraft 2> /dev/null || echo absent)
case "$draft" in
  false)
    echo "::notice title=GitHub Release::$TAG is published already."
    exit 0
    ;;
  true) gh release upload "$TAG" --clobber "\${files[@]}" ;;
  *)
    gh release create "$TAG" --draft --verify-tag --title "$TAG" --notes-file "$FILES/notes.md" \\
      "\${options[@]}" "\${files[@]}"
    ;;
esac
gh release edit "$TAG" --draft=false
echo "Published as [$TAG]($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/releases/tag/$TAG)." >> "$GITHUB_STEP_SUMMARY"
`;
