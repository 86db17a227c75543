// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { withoutMenu } from './menu';

it('leaves the browser’s menu away but where text can be copied or typed', () => {
  withoutMenu(document);
  document.body.innerHTML = '<button>Reload</button><p class="selectable"><b>an address</b></p><input /><input type="checkbox" />';
  const kept = [...document.querySelectorAll('button, b, input')].map((element) => element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })));
  expect(kept).toEqual([false, true, true, false]);
});
