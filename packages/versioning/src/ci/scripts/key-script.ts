/** Puts keys into files that only this job's user can read. They come through the environment, never as arguments. */
export const keyScript = (backup: boolean): string => `
umask 077
folder=$(mktemp -d "$RUNNER_TEMP/holdfast-keys.XXXXXXXX")
echo "folder=$folder" >> "$GITHUB_OUTPUT"
keep() { # name of the output, file, secret
  local line
  # GitHub hides its own secrets; a key that came from elsewhere is hidden here, line by line.
  while IFS= read -r line; do
    if [[ -n "$line" && "$line" != -----* ]]; then echo "::add-mask::$line"; fi
  done <<< "$3"
  printf '%s\\n' "$3" > "$folder/$2"
  echo "$1=$folder/$2" >> "$GITHUB_OUTPUT"
}
if [[ -z "$SIGNING_KEY" ]]; then
  echo '::error title=Signing key::Expected the secret HOLDFAST_SIGNING_KEY, got none. Make one with holdfast integrity keygen.'
  exit 1
fi
keep signing-key signing.pem "$SIGNING_KEY"
${backup ? 'if [[ -n "$BACKUP_KEY" ]]; then keep backup-key backup.key "$BACKUP_KEY"; fi\n' : ''}`;

/** Leaves no key behind, however the job ended. */
export const KEY_REMOVAL_SCRIPT: string = `rm -rf -- "$KEYS"\n`;
