/** Packs the package with the version of the release, for a job that can publish and runs none of the project's code. */
export const packScript = (pack: string): string => `
npm pkg set "version=$VERSION"
mkdir -p "$FOLDER"
${pack}
`;

/** Publishes a packed package, once, under a tag that does not lead users back. */
export const PUBLISH_SCRIPT: string = `
oldest=11.5.1
if [[ "$(printf '%s\\n' "$oldest" "$(npm --version)" | sort -V | head -n 1)" != "$oldest" ]]; then
  echo "::error title=npm::Expected npm $oldest or later, which trusted publishing needs."
  exit 1
fi
packed=(./*.tgz)
if [[ "\${#packed[@]}" != 1 || ! -f "\${packed[0]}" ]]; then
  echo '::error title=Package::Expected one packed package.'
  exit 1
fi
manifest=$(tar -xOzf "\${packed[0]}" package/package.json)
name=$(jq -er .name <<< "$manifest")
version=$(jq -er .version <<< "$manifest")
if [[ "$version" != "$VERSION" ]]; then
  echo "::error title=Package::Expected version $VERSION of $name, got another one."
  exit 1
fi
if [[ -n "$(npm view "$name@$version" version 2> /dev/null || true)" ]]; then
  echo "::notice title=npm::$name@$version is published already."
  exit 0
fi
core="\${version%%+*}"
latest=$(npm view "$name" dist-tags.latest 2> /dev/null || true)
if [[ "$core" == *-* ]]; then
  tag="\${core#*-}"
  tag="\${tag%%.*}"
  # npm takes no tag that could be a version, as 1, v2 or x.
  if [[ "$tag" =~ ^[vV]?[0-9xX]*(-|$) ]]; then tag=next; fi
elif [[ -n "$latest" && "$(printf '%s\\n' "$latest" "$core" | sort -V | tail -n 1)" != "$core" ]]; then
  # A fix of an older line: whoever asks for the latest keeps it.
  tag="release-\${core%.*}"
else
  tag=latest
fi
options=(--tag "$tag" --ignore-scripts)
# npm has provenance for public repositories only.
if [[ "$VISIBILITY" == public ]]; then options+=(--provenance); fi
npm publish "\${packed[0]}" "\${options[@]}"
echo "Published $name@$version to npm as $tag." >> "$GITHUB_STEP_SUMMARY"
`;
