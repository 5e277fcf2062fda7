/** The bundler and the tests' loader parse YAML files into plain objects. */
declare module '*.yaml' {
  const document: Record<string, unknown>;
  export default document;
}
