// A shared library needs one source of its own; the rest comes from the layers' archives.
namespace fiver {
extern const char* const library_version;
const char* const library_version = "0.1.0";
}  // namespace fiver
