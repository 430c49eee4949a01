import type { DeployEvent } from '@x/versioning/deploy';
import { formatNumberOf } from '../render/bytes.ts';
import { stepLine } from '../render/deploy-step.ts';
import { displayText } from '../render/text.ts';
import type { Messages } from '../terminal/messages.ts';

/** Lines of a service's log that are shown when a check fails; all of them are kept as evidence. */
const SHOWN = 20;

const beforeText = (migrations: number): string =>
  migrations === 0 ? '' : ` before ${formatNumberOf(migrations, 'migration')}`;

/** Says each step as it ends, on standard error, and what is under way where that is a terminal. */
export function deployProgress(messages: Messages): (event: DeployEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'step.begun':
      case 'step.undoing':
        return messages.quiet ? undefined : messages.status(`${event.step} …`);
      case 'step.ended':
        messages.status(undefined);
        return messages.note(stepLine(event.report));
      case 'service.logged':
        messages.note('The service has said last:');
        for (const line of event.lines.slice(-SHOWN)) messages.note(`  | ${displayText(line)}`);
        return undefined;
      case 'backup.skipped':
        return messages.warn(`No backup is made${beforeText(event.migrations)}: ${displayText(event.by)} has said so.`);
      case 'backup.restored':
        for (const line of event.partial ?? []) messages.warn(`Restored only in part: ${displayText(line)}.`);
        return undefined;
      case 'step.accepted':
        return messages.warn(`${event.step} is left as it is: ${displayText(event.by)} has accepted that.`);
      case 'lock.forced':
        return messages.warn(`The lock was taken from ${displayText(event.from)}.`);
      default:
        return messages.debug(`event ${event.kind}`);
    }
  };
}
