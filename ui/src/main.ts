// Starts the window.

import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/chips.css';

import { mount } from 'svelte';

import Window from './views/frame/Window.svelte';
import { choosePlatform } from './platform';

// Until the ledger has said which theme is wanted, the last one: no flash of white.
document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
void choosePlatform().then((platform) => mount(Window, { target, props: { platform } }));
