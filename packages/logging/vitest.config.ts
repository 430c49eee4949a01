import { testProject } from '../../tooling/vitest-project.ts';

export default testProject('logging');
