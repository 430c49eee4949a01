// Switches to a release, and kills itself before the call that changes files whose number it was given.
import { deployLayout } from '../../../../src/deploy/layout/deploy-layout.ts';
import { applySwitch } from '../../../../src/deploy/switch/apply-switch.ts';
import { planSwitch } from '../../../../src/deploy/switch/plan-switch.ts';
import type { Pointer } from '../../../../src/deploy/switch/read-current.ts';
import { killAtCall } from '../../stage/children/kill-at-call.ts';

const [root = '', version = '', pointer = '', last = ''] = process.argv.slice(2);
const layout = deployLayout({ root });
const plan = await planSwitch(layout, version, { pointer: pointer as Pointer });
await killAtCall(root, Number(last));
await applySwitch(layout, plan);
