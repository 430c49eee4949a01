import { planCi } from '@x/versioning';
import { readFileSync } from 'node:fs';

/** The guide to CI with its two files as they are made now: each stands in the first block of YAML after its path. */
export function guideText(): string {
  const guide = readFileSync(new URL('../../../docs/guides/ci.md', import.meta.url), 'utf8');
  return planCi().files.reduce((text, file) => {
    const start = text.indexOf(`\n\`${file.path}\`:\n`);
    if (start < 0) throw new Error(`Expected ${file.path} in docs/guides/ci.md, got none`);
    const before = text.slice(0, start);
    return before + text.slice(start).replace(/```yaml\n[^]*?```\n/, () => `\`\`\`yaml\n${file.text}\`\`\`\n`);
  }, guide);
}
