import type { OptionDefinition } from '../program/command.ts';

/** What commands of alerts have in common. */
export const ALERT_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--alerts-store <location>',
    description: 'folder or URL with alerts and what is to be sent (HOLDFAST_ALERTS_STORE)',
  },
];
