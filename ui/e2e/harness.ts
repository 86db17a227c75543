// A static server over dist-demo/ and a headless Chromium, both on what the system gives them.

import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

import { chromium, type BrowserContext, type Page } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..', 'dist-demo');
const TYPES: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.txt': 'text/plain',
};

export interface Look {
  width?: number;
  height?: number;
  world?: 'demo' | 'empty' | 'hard' | 'off' | 'slow' | 'broken' | 'moved' | 'raced' | 'jumped' | 'swapped';
  theme?: 'light' | 'dark';
  clock?: 'h24' | 'h12';
  /** The small window of quick add instead. */
  quick?: boolean;
  /** The size of the system's text in hundredths of the usual. */
  text?: number;
}

export interface Stage {
  open(look?: Look): Promise<Page>;
  close(): Promise<void>;
}

async function serve(): Promise<{ server: Server; port: number }> {
  if (!existsSync(join(ROOT, 'index.html'))) throw new Error('dist-demo/ is not built: npm run build:demo');
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://demo').pathname);
    const file = join(ROOT, path === '/' ? 'index.html' : path);
    readFile(file).then(
      (body) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server got no port');
  return { server, port: address.port };
}

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-device-scale-factor=1', '--hide-scrollbars'];

export async function stage(): Promise<Stage> {
  const { server, port } = await serve();
  const profile = await mkdtemp(join(tmpdir(), 'carillon-ui-'));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath, args: FLAGS, locale: 'en-GB', timezoneId: 'Europe/Berlin', viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(8000);
  return {
    async open({ width = 1360, height = 860, world = 'demo', theme = 'light', clock = 'h24', text = 100, quick = false } = {}) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height });
      page.on('pageerror', (error) => { throw error; });
      await page.addInitScript((size) => document.addEventListener('readystatechange', () => document.documentElement.style.setProperty('font-size', `${size}%`), { once: true }), text);
      await page.goto(`http://127.0.0.1:${port}/?world=${world}&theme=${theme}&clock=${clock}${quick ? '&quick' : ''}`);
      await page.locator('main').first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      if (!quick && (world === 'demo' || world === 'hard' || world === 'raced')) await page.locator('[data-key]').first().waitFor();
      return page;
    },
    async close() {
      await context.close();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
