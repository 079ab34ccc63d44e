/* Translates raw pixels with a SavedModel, through TensorFlow's C API.
 *
 * translate FOLDER INPUT OUTPUT HEIGHT WIDTH CHANNELS <in.bytes >out.bytes
 *
 * INPUT and OUTPUT are operation:index names as saved_model_cli prints them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorflow/c/c_api.h>

static void stop_on_error(const TF_Status* status, const char* action) {
  if (TF_GetCode(status) == TF_OK) return;
  fprintf(stderr, "%s: %s\n", action, TF_Message(status));
  exit(1);
}

static TF_Output output_named(TF_Graph* graph, char* name) {
  TF_Output output = {NULL, 0};
  char* colon = strchr(name, ':');
  if (colon) {
    *colon = '\0';
    output.index = atoi(colon + 1);
  }
  output.oper = TF_GraphOperationByName(graph, name);
  if (!output.oper) {
    fprintf(stderr, "no operation %s\n", name);
    exit(1);
  }
  return output;
}

int main(int count, char** arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: translate FOLDER INPUT OUTPUT H W C\n");
    return 2;
  }
  TF_Status* status = TF_NewStatus();
  TF_Graph* graph = TF_NewGraph();
  TF_SessionOptions* options = TF_NewSessionOptions();
  const char* tags[] = {"serve"};
  TF_Session* session = TF_LoadSessionFromSavedModel(
      options, NULL, arguments[1], tags, 1, graph, NULL, status);
  stop_on_error(status, "load");

  TF_Output input = output_named(graph, arguments[2]);
  TF_Output output = output_named(graph, arguments[3]);
  int64_t shape[4] = {1, atoi(arguments[4]), atoi(arguments[5]),
                      atoi(arguments[6])};
  size_t size = (size_t)(shape[1] * shape[2] * shape[3]);
  TF_Tensor* picture = TF_AllocateTensor(TF_UINT8, shape, 4, size);
  if (fread(TF_TensorData(picture), 1, size, stdin) != size) {
    fprintf(stderr, "too few pixels\n");
    return 2;
  }

  TF_Tensor* translated = NULL;
  TF_SessionRun(session, NULL, &input, &picture, 1, &output, &translated, 1,
                NULL, 0, NULL, status);
  stop_on_error(status, "translate");
  fwrite(TF_TensorData(translated), 1, TF_TensorByteSize(translated), stdout);

  TF_DeleteTensor(picture);
  TF_DeleteTensor(translated);
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteSessionOptions(options);
  TF_DeleteGraph(graph);
  TF_DeleteStatus(status);
  return 0;
}
