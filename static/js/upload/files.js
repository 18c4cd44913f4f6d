// Where files come from: dropped, chosen, pasted. Folders are walked one after the other, and yield
// {file, path} as they are found, so that the first files are on their way before the last is seen.

const PHOTO = /\.(jpe?g|png|gif|webp|tiff?|bmp|hei[cf]|avif|zip)$/i;

export async function* droppedFiles(transfer) {
  // Entries must be asked for before the first await: afterwards the browser has forgotten them.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) {
    yield* plainFiles([...transfer.files]);
    return;
  }
  for (const entry of entries) yield* walk(entry, "");
}

// Files that were named one by one are taken whatever they are called; the server says what is
// wrong with them. Of a folder, only what may be a photo or an archive and is not hidden: cameras and
// phones keep small copies of photos in ".thumbnails" and the like.
export function* plainFiles(files) {
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    if (!file.webkitRelativePath || (!path.includes("/.") && wanted(file))) yield { file, path };
  }
}

function wanted(file) {
  return file.type.startsWith("image/") || PHOTO.test(file.name);
}

async function* walk(entry, folder) {
  if (folder && entry.name.startsWith(".")) return;
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise((found, failed) => entry.file(found, failed));
    if (!folder || wanted(file)) yield { file, path };
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (!some.length) return;
    for (const child of some) yield* walk(child, `${path}/`);
  }
}
