/** The same records as JSON, for files, terminals and HTTP. The names are those of the Avro form. */
@NullMarked
package io.xylem.schemas.json;

import org.jspecify.annotations.NullMarked;
