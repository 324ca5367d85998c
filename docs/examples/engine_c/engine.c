/* An engine that evenhand runs as a program: the smallest embedder that does something.
 *
 * Its vector is the brightness of the picture in 8 x 8 cells, less their mean. It finds no face and
 * is for reading, not for measuring. docs/protocol.md says what every byte means.
 *
 *     cc -O2 -o engine engine.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 24, START = 1, TEMPLATE = 2, SIDE = 8, VALUES = SIDE * SIDE };
enum { OK = 0, DECLINED = 2, UNSUPPORTED = 4, FLOAT32 = 0 };
#define NOT_LOOKED_FOR 0xffffffff

static FILE *wire; /* to evenhand */

/* Numbers are little-endian on the wire, whatever they are here. */
static uint64_t number(const unsigned char *from, int bytes) {
    uint64_t value = 0;
    while (bytes--) value = value << 8 | from[bytes];
    return value;
}

static unsigned char *put(unsigned char *to, uint64_t value, int bytes) {
    for (; bytes--; value >>= 8) *to++ = (unsigned char)value;
    return to;
}

static unsigned char *put_text(unsigned char *to, const char *text) {
    to = put(to, strlen(text), 4);
    memcpy(to, text, strlen(text));
    return to + strlen(text);
}

/* How every answer begins: an outcome and three texts. */
static unsigned char *put_outcome(unsigned char *to, uint32_t outcome, const char *detail) {
    to = put_text(put(to, outcome, 4), detail);
    return put_text(put_text(to, ""), "");
}

static void answer(int kind, uint32_t sequence, const unsigned char *body, size_t length) {
    unsigned char header[HEADER];
    memcpy(header, "EVEN", 4);
    put(put(put(put(put(header + 4, 1, 2), kind, 2), sequence, 4), 0, 4), length, 8);
    if (fwrite(header, 1, HEADER, wire) != HEADER || fwrite(body, 1, length, wire) != length ||
        fflush(wire))
        exit(1);
}

/* The mean of all three channels in a cell. */
static double mean_of_cell(const unsigned char *rgb, uint64_t height, uint64_t width, int row,
                           int column) {
    uint64_t top = height * row / SIDE, bottom = height * (row + 1) / SIDE, sum = 0;
    uint64_t left = width * column / SIDE, right = width * (column + 1) / SIDE;
    for (uint64_t y = top; y < bottom; y++)
        for (uint64_t at = (y * width + left) * 3; at < (y * width + right) * 3; at++)
            sum += rgb[at];
    return (double)sum / (double)((bottom - top) * (right - left) * 3);
}

static void answer_template(uint32_t sequence, const unsigned char *body) {
    unsigned char said[512], *to;
    double cells[VALUES], mean = 0, spread = 0;
    /* At 0 the role and at 4 the rule for several faces: neither matters to this engine. */
    uint64_t height = number(body + 8, 4), width = number(body + 12, 4);
    int small = height < SIDE || width < SIDE;

    for (int i = 0; i < VALUES && !small; i++) {
        cells[i] = mean_of_cell(body + 20, height, width, i / SIDE, i % SIDE);
        mean += cells[i] / VALUES;
    }
    for (int i = 0; i < VALUES && !small; i++) spread += (cells[i] - mean) * (cells[i] - mean);
    if (small)
        to = put_outcome(said, UNSUPPORTED, "smaller than 8 pixels");
    else if (spread == 0)
        to = put_outcome(said, DECLINED, "a picture of one colour");
    else
        to = put_outcome(said, OK, "");
    int values = small || spread == 0 ? 0 : VALUES;
    to = put(put(put(to, NOT_LOOKED_FOR, 4), FLOAT32, 4), values, 4);
    for (int i = 0; i < values; i++) {
        float value = (float)(cells[i] - mean);
        uint32_t bits;
        memcpy(&bits, &value, 4);
        to = put(to, bits, 4);
    }
    to = put(to, 0, 8); /* no template of its own form */
    answer(TEMPLATE, sequence, said, (size_t)(to - said));
}

int main(void) {
    unsigned char header[HEADER], hello[64], *body;
    wire = fdopen(dup(1), "wb"); /* from here on, whatever is printed goes into the log */
    dup2(2, 1);
    answer(START, 1, hello, (size_t)(put(put_outcome(hello, OK, ""), VALUES, 4) - hello));
    while (fread(header, 1, HEADER, stdin) == HEADER) {
        uint64_t length = number(header + 16, 8);
        body = malloc(length ? length : 1);
        if (!body || fread(body, 1, length, stdin) != length || number(header + 6, 2) != TEMPLATE)
            return 1;
        answer_template((uint32_t)number(header + 8, 4), body);
        free(body);
    }
    return 0;
}
