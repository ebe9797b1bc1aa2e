/**
 * Indents JSON for reading. Works on text that was cut off as well, which a parser would
 * refuse; what is no JSON is returned as it is.
 *
 * @param {string} text
 * @returns {string}
 */
export function prettyText(text) {
    const trimmed = text.trim();
    if (!/^[[{]/.test(trimmed)) {
        return text;
    }
    let result = "";
    let depth = 0;
    let inString = false;
    const newLine = () => "\n" + "  ".repeat(depth);
    for (let index = 0; index < trimmed.length; index++) {
        const char = trimmed[index];
        if (inString) {
            result += char;
            if (char === "\\") {
                result += trimmed[++index] ?? "";
            } else if (char === '"') {
                inString = false;
            }
            continue;
        }
        if (char === '"') {
            inString = true;
            result += char;
        } else if (char === "{" || char === "[") {
            const rest = trimmed.slice(index + 1).match(/^\s*([\]}])/);
            if (rest) {
                result += char + rest[1];
                index += rest[0].length;
            } else {
                depth++;
                result += char + newLine();
            }
        } else if (char === "}" || char === "]") {
            depth = Math.max(0, depth - 1);
            result += newLine() + char;
        } else if (char === ",") {
            result += char + newLine();
        } else if (char === ":") {
            result += ": ";
        } else if (!/\s/.test(char)) {
            result += char;
        }
    }
    return result;
}
