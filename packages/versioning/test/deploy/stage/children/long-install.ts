// Stages a release whose install command does not end.
import { deployLayout } from '../../../../src/deploy/layout/deploy-layout.ts';
import { stageRelease } from '../../../../src/deploy/stage/stage-release.ts';

const [root = '', path = '', command = '', place = ''] = process.argv.slice(2);
const install = { command: [process.execPath, '-e', command, place] } as const;
await stageRelease(deployLayout({ root }), { version: '1.0.0', content: { kind: 'folder', path }, install });
