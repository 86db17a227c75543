// Starts the window.

import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/chips.css';

import { mount } from 'svelte';

import Window from './views/frame/Window.svelte';
import { choosePlatform } from './platform';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
void choosePlatform().then((platform) => mount(Window, { target, props: { platform } }));
