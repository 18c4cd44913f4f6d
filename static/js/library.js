// Choosing many photos, and the map of sightings. Without this script the forms work as well.

import { letPagesScroll, load, zoomButtons } from "./map.js";

// --- Choosing ----------------------------------------------------------------------------------

let last = null;

function boxes(form) {
  return [...form.querySelectorAll("input[name=photo]")];
}

function tell(form) {
  const chosen = boxes(form).filter((box) => box.checked).length;
  const everything = form.querySelector("[data-everything]").checked;
  const words = form.querySelector("[data-words]");
  const { chosenOne, chosenMany, chosenAll } = form.dataset;
  const sentence = chosen === 1 ? chosenOne : chosenMany.replace("{count}", chosen);
  words.textContent = everything ? chosenAll : sentence;
  form.querySelector("[data-none]").hidden = false;
  form.querySelector("[data-actions]").classList.toggle("is-idle", !chosen && !everything);
  const here = form.querySelector("[data-all-here]");
  here.checked = chosen > 0 && chosen === boxes(form).length;
  here.indeterminate = chosen > 0 && !here.checked;
}

function choose(form, some, checked) {
  for (const box of some) box.checked = checked;
  tell(form);
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-none]")) {
    form.querySelector("[data-everything]").checked = false;
    choose(form, boxes(form), false);
    return;
  }
  if (!event.target.matches("input[name=photo]")) return;
  const all = boxes(form);
  const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) choose(form, all.slice(from, to + 1), event.target.checked);
  last = event.target;
});

document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-bulk]");
  if (!form) return;
  if (target.matches("[data-all-here]")) choose(form, boxes(form), target.checked);
  else tell(form);
});

// The label field answers Enter with "Put on", not with whatever button is first.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.name !== "tag" || !event.target.closest("[data-bulk]")) return;
  event.preventDefault();
  event.target.form.querySelector("[value=tag]").click();
});

// --- Map ---------------------------------------------------------------------------------------

const WORLD = [[-58, -172], [80, 180]];
const EDGES = [[-90, -190], [90, 190]];

async function draw(element) {
  const [outlines] = await load(element);
  const first = await clustersOf(element, [[-90, -180], [90, 180]]);
  element.replaceChildren();
  const map = L.map(element, {
    crs: L.CRS.EPSG4326, zoomSnap: 0.25, minZoom: -1, maxZoom: 14, maxBounds: EDGES,
    maxBoundsViscosity: 1, scrollWheelZoom: false, attributionControl: false, worldCopyJump: false, zoomControl: false,
  });
  zoomButtons(map, element.dataset);
  map.fitBounds(WORLD, { animate: false });
  L.geoJSON(outlines, { style: { className: "land land--none", fillOpacity: 1 }, interactive: false, smoothFactor: 0.8 }).addTo(map);
  const layer = L.layerGroup().addTo(map);
  const all = L.latLngBounds([]);
  for (const { box: [west, south, east, north] } of first) all.extend([south, west]).extend([north, east]);
  if (all.isValid()) map.fitBounds(all.pad(0.1), { animate: false, maxZoom: 7, padding: [20, 20] });
  letPagesScroll(map);
  map.on("moveend", () => show(element, map, layer));
  show(element, map, layer);
  element.classList.add("is-drawn");
}

async function clustersOf(element, [[south, west], [north, east]]) {
  const view = [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)];
  const address = new URL(element.dataset.sightings, location.href);
  address.searchParams.set("view", view.map((side) => side.toFixed(4)).join(","));
  return (await (await fetch(address)).json()).clusters;
}

let asked = 0;

async function show(element, map, layer) {
  const mine = ++asked;
  const view = map.getBounds();
  const sides = [[view.getSouth(), view.getWest()], [view.getNorth(), view.getEast()]];
  const found = await clustersOf(element, sides);
  if (mine !== asked) return;
  layer.clearLayers();
  for (const one of found) layer.addLayer(marker(element, one));
  offer(element, sides);
}

// A cluster is a link: keys, screen readers and a middle click know what to do with it.
function marker(element, { latitude, longitude, count, url }) {
  const size = 26 + 7 * Math.log10(count);
  const { one, many } = element.dataset;
  const words = count === 1 ? one : many.replace("{count}", count.toLocaleString());
  const link = Object.assign(document.createElement("a"), { className: "sighting", href: url, title: words, draggable: false });
  link.setAttribute("aria-label", words);
  link.textContent = count > 999 ? `${Math.round(count / 1000)}k` : count;
  const icon = L.divIcon({ className: "sighting__place", iconSize: [size, size], html: link });
  return L.marker([+latitude, +longitude], { icon, interactive: false, keyboard: false });
}

// A link to the photos of what the map shows just now.
function offer(element, [[south, west], [north, east]]) {
  const link = element.closest(".map").querySelector("[data-here]");
  const address = new URL(element.dataset.gallery, location.href);
  const sides = [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)];
  address.searchParams.set("box", sides.map((side) => side.toFixed(3)).join(","));
  link.href = address;
  link.hidden = false;
}

function begin(root) {
  for (const form of root.querySelectorAll("[data-bulk]")) tell(form);
  const element = root.querySelector("[data-sightings]:not(.is-begun)");
  if (!element) return;
  element.classList.add("is-begun");
  draw(element).catch(() => element.closest(".map").classList.add("is-missing"));
}

begin(document);
document.addEventListener("htmx:load", ({ target }) => {
  begin(target);
  const form = target.closest?.("[data-bulk]");
  if (form) tell(form);
});
