// Copies what stands in the field beside a button. On plain http a browser gives scripts no clipboard, but copies what is
// selected.
const MOMENT = 2_000; // ms

// Returns what came of it, in a word or two.
export async function copyBeside(button) {
  const field = button.parentElement.querySelector("input");
  const isCopied = await navigator.clipboard?.writeText(field.value).then(
    () => true,
    () => false,
  );
  field.select();
  const words = isCopied || document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
  const before = button.dataset.copy;
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, MOMENT);
  return words;
}
