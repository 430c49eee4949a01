/** Groups of commands, with what help says of them. */
export const GROUPS: Readonly<Record<string, string>> = {
  backup: 'Make, look at, verify, restore, forget and repair snapshots',
  structure: 'Keep what all tenants share in versions of its own',
  keys: 'List, add, remove and rotate what opens the repository',
  tenant: 'Add, list, change, hold and erase tenants',
  records: 'Erase records for good, and see what was erased and restored',
  integrity: 'Digest, list, verify and sign files and folders',
  retention: 'Plan, explain, compare and simulate what stays',
  flags: 'Look at feature flags, change them, and see who did so',
  release: 'Set up, make, look at and prove releases',
  deploy: 'Deploy releases to this machine, look after them, and go back',
  migrate: 'Run migrations on a database, look at them, try them and take them back',
  models: 'Inspect, keep, name, compare and bring back versions of model files',
  alerts: 'Tell people what is wrong, and see what they were told',
  access: 'Say who may do what, and why',
  schedule: 'Run jobs by themselves, and see what became of them',
  config: 'Show and check the configuration',
};
