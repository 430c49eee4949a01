// Writes what is made from the definitions of the commands, the configuration and the output.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GENERATED } from './generated.ts';

for (const [path, text] of Object.entries(GENERATED)) writeFileSync(new URL(`../${path}`, import.meta.url), text());
const files = Object.keys(GENERATED).map((path) => fileURLToPath(new URL(`../${path}`, import.meta.url)));
execFileSync('oxfmt', files, { stdio: 'inherit' });
