// Takes the lock of a deployment and holds it until it is killed; or says why not.
import { deployLayout } from '../../../../src/deploy/layout/deploy-layout.ts';
import { acquireDeployLock } from '../../../../src/deploy/lock/deploy-lock.ts';

const [root = ''] = process.argv.slice(2);
try {
  await acquireDeployLock(deployLayout({ root }), { by: 'child' });
  console.log('taken');
} catch (error) {
  console.log((error as { readonly code?: unknown }).code);
}
// Until its input ends, which it does with whoever has started it.
process.stdin.resume();
