/**
 * How bad a finding is. `note`: worth telling, harmless. `unknown`: can't be judged. `suspicious` and `malicious` are verdicts of their own.
 */
export type Severity = 'note' | 'unknown' | 'suspicious' | 'malicious';
