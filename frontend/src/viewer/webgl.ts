export function hasWebGL(): boolean {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
  // Browsers keep only some 16 contexts: give this one back.
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}
