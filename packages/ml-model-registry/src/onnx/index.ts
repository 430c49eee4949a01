/**
 * Load tests of ONNX models, by ONNX Runtime in a process of its own.
 *
 * @module
 */
export { onnxRunner, type OnnxRunnerOptions } from './onnx-runner.ts';
