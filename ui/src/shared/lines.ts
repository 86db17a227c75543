// A list that is too long for its place ends after a whole line: what would be cut through is not shown until it is
// scrolled to.

/** How much of the end of a view hides a line that is cut through, of lines given by top and bottom. */
export function cutOf(lines: readonly { top: number; bottom: number }[], end: number): number {
  const cut = lines.filter(({ top, bottom }) => top < end && bottom > end + 1).map(({ top }) => end - top);
  return Math.max(0, ...cut);
}

/** Keeps `--cut` of a scrolling element at what is to be hidden of its end. */
export function wholeLines(node: HTMLElement): () => void {
  let asked = 0;
  const measure = (): void => {
    asked = 0;
    const lines = [...node.querySelectorAll('li, h2')].map((line) => line.getBoundingClientRect());
    node.style.setProperty('--cut', `${cutOf(lines, node.getBoundingClientRect().bottom)}px`);
  };
  const ask = (): void => {
    asked ||= requestAnimationFrame(measure);
  };
  const size = new ResizeObserver(ask);
  const content = new MutationObserver(ask);
  size.observe(node);
  for (const part of node.children) size.observe(part);
  content.observe(node, { childList: true, subtree: true, characterData: true });
  node.addEventListener('scroll', ask, { passive: true });
  return () => {
    cancelAnimationFrame(asked);
    size.disconnect();
    content.disconnect();
    node.removeEventListener('scroll', ask);
  };
}
