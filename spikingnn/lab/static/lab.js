// The page: one question in flight, and a flag that says whether the values have changed since it was asked.
// So the newest value wins, and the picture on the screen belongs to the values that it came with.
import { Plot } from "./plot.js";
import { controls } from "./controls.js";

const by = id => document.getElementById(id);
const session = Array.from(crypto.getRandomValues(new Uint32Array(4)), n => n.toString(36)).join("");
const plot = new Plot(by("picture"), push);
let scenes, scene, values, field;       // field: {name: control that shows a value}
let dirty = false, busy = false, playing = false, forward = false, reset = false, owed = 0, last = 0, noted = false;

async function post(path, question) {
  const answer = await fetch(path, { method: "POST", body: question instanceof Blob ? question : JSON.stringify(question) });
  return answer.json();
}

// --- newest wins -------------------------------------------------------------------------------------------

async function refresh() {
  dirty = true;
  if (busy) return;
  busy = true;
  while (dirty || playing || forward) {
    dirty = false;
    const asked = scene, now = { ...values };
    const question = { scene: asked.name, values: now };
    if (asked.live) Object.assign(question, pace(asked));
    let answer;
    const slow = setTimeout(() => { say("Computing. Where code is compiled for the first time, this takes some seconds."); noted = true; }, 800);
    try { answer = await post(asked.live ? "live" : "run", question); }
    catch { answer = { error: "The lab does not answer. Is it still running in the terminal?", gone: true }; }
    clearTimeout(slow);
    if (asked !== scene) { dirty = true; continue; }
    try { show(answer, now); }
    catch (problem) { console.error(problem); answer.error = `The page cannot draw this: ${problem.message}`; show(answer, now); }
    if (answer.error) { stop(); if (answer.gone) break; }
    if (playing || dirty) await new Promise(done => document.hidden ? setTimeout(done, 50) : requestAnimationFrame(done));
  }
  busy = false;
}

function pace(asked) {                  // how far a live scene shall run until its next picture
  const now = performance.now();
  if (playing) owed += Math.min(now - last, 250) / 1000 * speed();
  last = now;
  const steps = forward ? 1e9 : Math.floor(owed / asked.step + 1e-9);
  owed = forward ? 0 : owed - steps * asked.step;
  const question = { session, advance: Math.min(steps * asked.step, 1e4), draw: !forward, reset };
  reset = false;
  return question;
}

function show(answer, now) {
  by("problem").hidden = !answer.error;
  by("picture").classList.toggle("stale", Boolean(answer.error));
  if (answer.error) { by("problem").textContent = answer.error; document.body.dataset.shown = ""; return; }
  for (const [name, value] of Object.entries(answer.values)) {
    if (String(value) !== String(now[name]) && values[name] === now[name]) { values[name] = value; field[name].set(value); }
  }
  if (answer.notes.length) say(answer.notes.join(". ") + ".");
  else if (noted) say("");
  noted = answer.notes.length > 0;
  if (answer.t !== undefined) by("clock").textContent = clock(answer.t);
  if (answer.picture) plot.draw(answer.picture);
  document.body.dataset.shown = JSON.stringify(answer.values);       // the tests compare it with the sliders
  document.body.dataset.scene = answer.scene;
  document.body.dataset.frames = Number(document.body.dataset.frames || 0) + 1;
  document.body.dataset.t = answer.t ?? "";
}

function clock(t) { return t < 1e4 ? `t = ${t.toFixed(0)} ms` : `t = ${(t / 1000).toFixed(1)} s`; }
function say(words) { by("said").textContent = words; }

// --- values ------------------------------------------------------------------------------------------------

function change(name, value) {
  values[name] = value;
  for (const [key, parameter] of Object.entries(scene.parameters)) if (parameter.follows === name) field[key].follow(value);
  write();
  refresh();
}

function assign(given) {                // of presets, defaults and addresses: what is left out is the default
  for (const [name, parameter] of Object.entries(scene.parameters)) {
    values[name] = name in given ? given[name] : parameter.default;
    field[name].set(values[name]);
  }
  for (const [name, { follows }] of Object.entries(scene.parameters)) if (follows) field[name].follow(values[follows]);
  write();
  refresh();
}

function push(name, y) {                // the mouse is pressed on axes at y, or is let go: null
  change(name, y === null ? scene.parameters[name].default : y);
  field[name].set(values[name]);
}

let writing;
function write() {                      // the address holds what differs from the defaults; browsers limit how often
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(null, "", "#" + words()), 150);
}
function words() {
  const changed = Object.entries(values).filter(([name, value]) => String(value) !== String(scene.parameters[name].default));
  return new URLSearchParams([["scene", scene.name], ...changed]).toString();
}

function open(name, given = {}) {
  if (scene?.live) leave();
  scene = scenes.find(each => each.name === name) ?? scenes[0];
  values = {};
  stop();
  by("scene").value = scene.name;
  document.title = `${scene.title} – spikingnn lab`;
  by("about").textContent = scene.about;
  by("live").hidden = !scene.live;
  by("speed").value = fraction(scene.speed);
  paceSays();
  say(name && name !== scene.name ? `There is no scene ${name}.` : "");
  by("clock").textContent = "";
  by("picture").classList.add("stale");                              // until the first picture of this scene is here
  by("presets").replaceChildren(...Object.entries(scene.presets).map(([label, preset]) => button(label, () => assign(preset))));
  const made = Object.entries(scene.parameters).map(([key, parameter]) =>
    [key, controls[parameter.kind](key, parameter, value => change(key, value), upload(key), say)]);
  field = Object.fromEntries(made);
  by("parameters").replaceChildren(...made.map(([, control]) => control.element));
  reset = true;
  const unknown = Object.keys(given).filter(key => !(key in scene.parameters));
  if (unknown.length) say(`${unknown[0]} is no parameter of this scene.`);
  assign(given);
}

function upload(key) {
  return async file => {
    if (file.size > 16 * 2 ** 20) { say(`${file.name} has ${(file.size / 2 ** 20).toFixed(0)} MB; at most 16 MB are accepted.`); return; }
    const answer = await post(`upload?scene=${scene.name}&parameter=${key}`, file).catch(() => ({ error: "The lab refused the file." }));
    if (answer.error) { say(answer.error.replace("your file", file.name)); return; }
    say("");
    field[key].set(answer.value);
    change(key, answer.value);
  };
}

function button(label, act) {
  const element = document.createElement("button");
  element.textContent = label;
  element.onclick = act;
  return element;
}

// --- live scenes -------------------------------------------------------------------------------------------

const SLOWEST = 1, FASTEST = 10000;     // ms of the network per second
function speed() { return SLOWEST * (FASTEST / SLOWEST) ** Number(by("speed").value); }
function fraction(rate) { return Math.log(rate / SLOWEST) / Math.log(FASTEST / SLOWEST); }
function paceSays() { by("rate").textContent = `${Number(speed().toPrecision(2))} ms per s`; }
function stop() { playing = forward = false; owed = 0; press(); }
function press() {
  by("play").textContent = playing ? "Pause" : "Play";
  by("forward").setAttribute("aria-pressed", forward);
}
function leave() { navigator.sendBeacon("leave", JSON.stringify({ session })); }

by("play").onclick = () => { playing = !playing; forward = false; owed = 0; last = performance.now(); press(); refresh(); };
by("step").onclick = () => { stop(); owed = scene.step; refresh(); };
by("forward").onclick = () => { forward = !forward; playing = false; owed = 0; press(); refresh(); };
by("reset").onclick = () => { reset = true; owed = 0; refresh(); };
by("speed").oninput = paceSays;
addEventListener("pagehide", leave);
setInterval(() => { if (scene?.live) post("stay", { session }).catch(() => {}); }, 30000);

// --- the rest ----------------------------------------------------------------------------------------------

async function clip(text, said) {
  try { await navigator.clipboard.writeText(text); say(said); }
  catch { say("The browser does not let the page copy: select the text."); by("program").querySelector("pre").textContent = text; by("program").showModal(); }
}
by("copy").onclick = async () => {
  const answer = await post("script", { scene: scene.name, values, session });
  document.body.dataset.script = answer.script;
  clip(answer.script, "The program is in the clipboard.");
};
by("link").onclick = () => clip(location.href.split("#")[0] + "#" + words(), "The link is in the clipboard; after # it works in every lab.");
by("defaults").onclick = () => assign({});
by("wide").onclick = () => { document.body.classList.add("wide"); plot.redraw(); };
by("scene").onchange = () => open(by("scene").value);
addEventListener("keydown", event => {
  if (event.key === "Escape" && document.body.classList.contains("wide")) { document.body.classList.remove("wide"); plot.redraw(); }
  if (event.key === " " && scene?.live && event.target === document.body) { event.preventDefault(); by("play").click(); }
});
addEventListener("hashchange", () => fromAddress());

function fromAddress() {
  const { scene: name, ...given } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  open(name, given);
}

scenes = await (await fetch("scenes")).json();
const groups = Map.groupBy ? Map.groupBy(scenes, each => each.group) : scenes.reduce((all, each) => all.set(each.group, [...all.get(each.group) ?? [], each]), new Map());
for (const [label, members] of groups) {
  const group = document.createElement("optgroup");
  group.label = label;
  group.append(...members.map(each => new Option(each.title, each.name)));
  by("scene").append(group);
}
fromAddress();
