// The floors of the house (docs/decisions/0001-toolchain.md and README.md). A package imports only what is listed.
const mayImport = {
  integrity: [],
  retention: [],
  storage: [],
  logging: ['integrity', 'retention'],
  'backup-store': ['integrity', 'retention', 'storage'],
  'feature-flags': ['integrity', 'storage'],
  versioning: ['integrity', 'retention', 'storage'],
  'ml-model-registry': ['integrity', 'retention', 'storage', 'versioning', 'backup-store'],
  operations: [
    'integrity',
    'retention',
    'storage',
    'logging',
    'feature-flags',
    'backup-store',
    'versioning',
    'ml-model-registry',
  ],
};

/** Files of other packages that may be imported: what their package.json exports. */
const faces = [
  'src/index\\.ts$',
  'src/testing/index\\.ts$',
  'src/(?:access|alerts|analyze|archive|cache|command|deploy|drills|file|guard|health|import|inspect|merge|metrics|migrate|mysql|onnx|openfeature|pdf|postgres|records|redis|report|signed|sqlite|stale|stored|structure|validate|watch)/index\\.ts$',
  'src/threads/worker\\.ts$',
  'src/deploy/service/process/keeper\\.ts$',
  'src/onnx/child\\.ts$',
  'dist/',
  'package\\.json$',
];

/** Tests of structural options, with the real thing that is to fit. */
const structuralTests = '^packages/ml-model-registry/test/canary/';

const floors = Object.entries(mayImport).map(([name, below]) => ({
  name: `floor-of-${name}`,
  comment:
    `@x/${name} works alone or on top of ${below.length === 0 ? 'nothing' : below.map((each) => `@x/${each}`).join(', ')}. ` +
    'Take what you need as a structural option (logger?, onEvent?), or move it to a lower floor.',
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: structuralTests },
  to: { path: '^(packages|apps)/', pathNot: [name, ...below].map((each) => `^packages/${each}/`) },
}));

/** Folders of the backup engine, ground floor first. threads/worker.ts, which starts the roles of all, is the roof. */
const engineLayers = [
  ['bytes', 'content', 'dump'],
  ['chunker', 'codec', 'layout', 'envelope'],
  ['keyring'],
  ['identity', 'pack', 'blob-index', 'catalog'],
  ['threads', 'run', 'session', 'journal', 'service'],
  ['source', 'sink'],
  ['backup', 'restore', 'verify', 'snapshots', 'keys'],
  ['prune', 'live'],
  ['repair', 'safe-restore'],
  ['tenants'],
  ['repository', 'testing', 'analyze', 'archive'],
  ['validate'],
];

/** Folders of sources: each is a subpath of the engine's package. */
const sourceKinds = [
  'command',
  'comparison',
  'postgres',
  'sqlite',
  'structure',
  'databases',
  'mysql',
  'redis',
  'records',
  'merge',
];

const inEngine = (folders) => `^packages/backup-store/src/(${folders.join('|')})/`;

const layers = engineLayers.slice(0, -1).map((folders, floor) => ({
  name: `engine-layer-${folders.join('-')}`,
  comment: `Imports of the backup engine point down: ${engineLayers.flat().join(' < ')}. Types may point up.`,
  severity: 'error',
  from: { path: inEngine(folders), pathNot: '/threads/worker\\.ts$' },
  to: { path: inEngine(engineLayers.slice(floor + 1).flat()), dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    ...floors,
    ...layers,
    {
      name: 'engine-knows-no-source',
      comment: 'Sources are for those who need them: the engine takes them by their contract and loads none.',
      severity: 'error',
      from: { path: '^packages/backup-store/src/', pathNot: inEngine(sourceKinds) },
      to: { path: inEngine(sourceKinds), pathNot: '/records/contract\\.ts$' },
    },
    {
      name: 'engine-knows-no-archive',
      comment: 'Archives are for those who need them: they stand on the engine, which works without.',
      severity: 'error',
      from: { path: '^packages/backup-store/src/', pathNot: inEngine(['archive']) },
      to: { path: inEngine(['archive']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'release-knows-no-deploy',
      comment:
        'Releases are made without a machine to run them on: deploy < migrate < release, and each imports only what is below.',
      severity: 'error',
      from: { path: '^packages/versioning/src/', pathNot: '^packages/versioning/src/(deploy|migrate)/' },
      to: { path: '^packages/versioning/src/(deploy|migrate)/' },
    },
    {
      name: 'migrate-knows-no-deploy',
      comment: 'Migrations are run without a deploy, too.',
      severity: 'error',
      from: { path: '^packages/versioning/src/migrate/' },
      to: { path: '^packages/versioning/src/(deploy|release)/' },
    },
    {
      name: 'package-without-floor',
      comment: 'A new package needs a line in mayImport of .dependency-cruiser.cjs, so that its floor is decided on.',
      severity: 'error',
      from: { path: '^packages/', pathNot: Object.keys(mayImport).map((each) => `^packages/${each}/`) },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood together. Move what both need to a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'through-the-face',
      comment: 'What another package does not export may change without notice. Import @x/<package> or its subpaths.',
      severity: 'error',
      from: { path: '^(?:packages|apps)/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', ...faces] },
    },
    {
      name: 'face-is-for-others',
      comment:
        'index.ts is what a package shows to others. Import the file itself, or cycles come in through the face.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/$1/src/index\\.ts$' },
    },
    {
      name: 'workers-stand-alone',
      comment:
        'Node runs the TypeScript of a worker in tests, so a worker reaches only Node and files of its own package.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/threads/worker\\.ts$' },
      to: { path: ['^packages/(?!backup-store/)[^/]+/src/index', '^node_modules/(?!\\.pnpm/@types)'], reachable: true },
    },
    {
      name: 'keepers-stand-alone',
      comment:
        'The keeper of services runs for months beside them and is started from the TypeScript in tests: it reaches only Node and files of its own package.',
      severity: 'error',
      from: { path: '^packages/versioning/src/deploy/service/process/keeper\\.ts$' },
      to: {
        path: ['^packages/(?!versioning/)', '/src/index\\.ts$', '^node_modules/(?!\\.pnpm/@types)'],
        reachable: true,
      },
    },
    {
      name: 'no-tests-in-sources',
      comment: 'Sources are published, tests are not.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { path: '^(packages|apps)/[^/]+/(test|bench|demo)/|^tooling/' },
    },
    {
      name: 'only-declared-dependencies',
      comment: 'A package that its package.json does not name is missing on the machine of whoever installs ours.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      // An optional peer is one of development, too: tests need it.
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'no-unresolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'cli-wires-in-one-place',
      comment: 'Commands parse and render. Packages are wired in apps/cli/src/compose; elsewhere import types only.',
      severity: 'error',
      from: { path: '^apps/cli/src/', pathNot: '^apps/cli/src/(compose/|compose\\.ts$|main\\.ts$)' },
      to: { path: '^packages/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-loads-packages-late',
      comment:
        'What is imported at the top is loaded by every start, `--help` too, with all that is behind it: take types only, and the rest by `await import()` where it is needed.',
      severity: 'error',
      // Processes and threads of their own begin with a package; where programs run is a small part of one.
      from: {
        path: '^apps/cli/src/',
        pathNot: '^apps/cli/src/compose/(worker|keeper|onnx-child|executor-url)\\.ts$',
      },
      to: { path: '^packages/', dynamic: false, dependencyTypesNot: ['type-only', 'type-import'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
