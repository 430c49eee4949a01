// The program that loads ONNX models for a test: without all that the command line needs.
await import('@x/ml-model-registry/onnx-child');
