// Starts the window.

import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/chips.css';

import { mount } from 'svelte';

import { choosePlatform } from './platform';
import { withoutMenu } from './shared/menu';

// Until the ledger has said which theme is wanted, the last one: no flash of white.
document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

if (import.meta.env.PROD) withoutMenu(document);

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
// The small window for a line of text does not wait for the large one's code.
const small = new URLSearchParams(location.search).has('quick');
const view = small ? import('./views/quick/QuickWindow.svelte') : import('./views/frame/Window.svelte');
void Promise.all([choosePlatform(), view]).then(([platform, { default: View }]) => mount(View, { target, props: { platform } }));
