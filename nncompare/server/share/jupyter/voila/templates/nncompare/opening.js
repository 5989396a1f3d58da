window.voila_process = () => {};
// Voila's word of farewell is refused without this token, and the kernel of a closed page would stay.
if (!/\b_xsrf=/.test(document.cookie)) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store exists only on pages with HTTPS
  document.cookie = `_xsrf=${token}; path=/; SameSite=Strict`;
}
